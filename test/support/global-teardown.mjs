export default async function tearDown() {
  const { stopTestStack } = /** @type {{ stopTestStack?: () => Promise<unknown> }} */ (
    /** @type {unknown} */ (globalThis)
  );
  await stopTestStack?.();
}
