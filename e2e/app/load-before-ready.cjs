/**
 * Electron's own launcher runs an app's code before the app is ready; the launcher of a test runtime may do so after,
 * when a scheme can no longer be registered. Given to Electron with -r, this registers it in time.
 */
const { app, protocol } = require('electron');

const isReady = app.isReady.bind(app);
if (!isReady()) {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  app.isReady = () => false;
  protocol.registerSchemesAsPrivileged = () => {
    app.isReady = isReady;
  };
}
