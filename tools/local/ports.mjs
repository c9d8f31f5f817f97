// Ports on 127.0.0.1: a default that is taken gives way to the next free one, a port that somebody asked for does not.
import net from 'node:net';

/** Ports promised to a server that has not bound them yet. @type {Set<number>} */
const promised = new Set();

/** Whether this process could listen there now.
 * @param {number} port @param {string} host @returns {Promise<boolean>} */
export const isFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * @typedef {object} PortWish
 * @property {string} name What will listen there, for messages.
 * @property {string} variable The environment variable that chooses the port.
 * @property {number} fallback
 */

/** The port that the variable asks for, or undefined when it is not set.
 * @param {string} variable @param {NodeJS.ProcessEnv} env */
export function portFrom(variable, env) {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${variable} is not a port number: ${JSON.stringify(text)}`);
  }
  return port;
}

/** Chooses a port: the one asked for (an error when it is taken), or the first free one from the default on.
 * @param {PortWish} wish @param {NodeJS.ProcessEnv} env @param {(line: string) => void} say */
export async function choosePort(wish, env, say) {
  const asked = portFrom(wish.variable, env);
  if (asked !== undefined) {
    if (promised.has(asked) || !(await isFree(asked))) throw takenPort(wish.name, asked, wish.variable);
    promised.add(asked);
    return asked;
  }
  const port = await nextFreePort(wish.fallback);
  if (port !== wish.fallback) say(`port ${wish.fallback} (${wish.name}) is taken; using ${port}`);
  return port;
}

/** @param {number} from */
async function nextFreePort(from) {
  for (let port = from; port < Math.min(from + 200, 65536); port++) {
    if (promised.has(port) || !(await isFree(port))) continue;
    promised.add(port);
    return port;
  }
  throw new Error(`no free port from ${from} to ${Math.min(from + 199, 65535)}`);
}

/** Starts a server on ports it chooses itself; when somebody else was quicker on one of them, again with others.
 * @template T @param {() => Promise<number[]>} choose @param {(ports: number[]) => Promise<T>} start @returns {Promise<T>} */
export async function startOnPorts(choose, start) {
  for (let attempt = 1; ; attempt++) {
    const ports = await choose();
    try {
      return await start(ports);
    } catch (error) {
      releasePorts(...ports);
      const allFree = (await Promise.all(ports.map((port) => isFree(port)))).every(Boolean);
      if (allFree || attempt === 3) throw error;
    }
  }
}

/** Gives back the ports that a stopped server no longer needs.
 * @param {number[]} ports */
export const releasePorts = (...ports) => ports.forEach((port) => promised.delete(port));

/** @param {string} name @param {number} port @param {string} variable */
export const takenPort = (name, port, variable) =>
  new Error(`port ${port} (${name}) is taken by another program: stop that one, or choose another port by ${variable}`);
