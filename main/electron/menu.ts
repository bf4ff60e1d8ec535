/** The application menu with its shortcuts. Set by main.ts, and again when what its items do has changed. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { QUIT_LABEL } from './leave-words.ts';

/** What menu items do. */
export interface MenuActions {
  newWindow(): void;
}

/** Makes and sets the menu of the app; `closeLabel` says what closing the window will do. */
export function installMenu(actions: MenuActions, closeLabel: string): void {
  const isMac = process.platform === 'darwin';
  const close: MenuItemConstructorOptions = {
    role: 'close',
    label: closeLabel,
    accelerator: 'CmdOrCtrl+W',
  };
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [macAppMenu()] : []),
    {
      label: '&File',
      submenu: [
        { label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: actions.newWindow },
        { type: 'separator' },
        close,
        ...(isMac ? [] : [{ label: QUIT_LABEL, accelerator: 'Ctrl+Q', click: () => app.quit() }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { role: 'forceReload' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    // The system's own window menu closes too, elsewhere than on macOS, without saying what that does.
    isMac ? { role: 'windowMenu' } : { label: '&Window', submenu: [{ role: 'minimize' }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function macAppMenu(): MenuItemConstructorOptions {
  return {
    label: app.name,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit', label: QUIT_LABEL },
    ],
  };
}
