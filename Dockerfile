# One image, four roles: docker run fks-portfolio api | worker | migrate | schedules
# glibc, not Alpine: the Temporal SDK's core is a native library.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# optional packages too: the compiler that bundles the workflows is one; no package's own scripts are needed
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY src src
COPY workflows workflows
COPY activities activities
COPY tools tools
RUN node tools/build.mjs --force
# what is left needs neither a compiler nor the embedded servers
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --chmod=0555 deploy/role.sh /usr/local/bin/fks-portfolio
# the image's user "node", as a number so that Kubernetes can see that it is not root
USER 1000:1000
EXPOSE 8012 9464
ENTRYPOINT ["fks-portfolio"]
CMD ["api"]
