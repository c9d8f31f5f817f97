// First step of `npm run demo`, `npm test` and `npm start`, in words that old versions of Node understand too:
//   node tools/bootstrap.mjs <script> [args...]
// installs what package-lock.json names and then runs the script on the pinned Node.
var major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error('Node 20 or newer is needed; this is Node ' + process.versions.node + ' (' + process.execPath + ').');
  console.error('The exact version that the project runs on is then installed below node_modules by npm itself.');
  process.exit(1);
} else {
  import('./local/install-and-run.mjs')
    .then(function (tool) {
      return tool.installAndRun(process.argv.slice(2));
    })
    .catch(function (/** @type {unknown} */ error) {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    });
}
