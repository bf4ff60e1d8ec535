/** The configuration that specs run the app with. */

/** Both servers on free ports of this machine, nothing limited for clients from here. */
export const DEFAULT_CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]

[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;

/** Daemons that the desktop project runs in Electron's own processes; the recorder's addon may need a newer Node. */
const HOSTED = ['ircd', 'relay', 'objects'];

/** The same configuration with `runtime = "host"` for the daemons that the desktop app shall run itself. */
export function hostedByElectron(config: string): string {
  let text = config;
  for (const id of HOSTED) {
    const header = `[${id}]\n`;
    const runtime = 'runtime = "host"\n';
    text = text.includes(header) ? text.replace(header, header + runtime) : `${text}\n${header}${runtime}`;
  }
  return text;
}
