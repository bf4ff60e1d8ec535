/**
 * Gives V8's options in `--page-js-flags` to the pages of the app. Given to Electron as `--js-flags`, its main process would have them
 * too; by now that has begun without. Given to Electron with -r.
 */
const { app } = require('electron');

const { commandLine } = app;
commandLine.appendSwitch('js-flags', commandLine.getSwitchValue('page-js-flags'));
