/** For tests and benchmarks: what a real Atheme has to be told to link to a server. */

/** How it is called, and whom it calls. */
export interface AthemeLink {
  readonly name: string;
  readonly description: string;
  readonly network: string;
  /** Modules beside the protocol, the store and the hashes. */
  readonly modules: readonly string[];
  /** What it logs, as Atheme writes it. */
  readonly logs: string;
  /** The server that it calls, on loopback. */
  readonly uplink: { readonly name: string; readonly port: number; readonly password: string };
}

/** A configuration file. */
export function athemeConfiguration(link: AthemeLink): string {
  const { name, description, network, modules, logs, uplink } = link;
  return `
loadmodule "modules/protocol/asuka";
loadmodule "modules/backend/opensex";
loadmodule "modules/crypto/posix";
${modules.map((module) => `loadmodule "modules/${module}";`).join('\n')}
serverinfo {
  name = "${name}"; desc = "${description}"; numeric = "199"; recontime = 1; netname = "${network}";
  hidehostsuffix = "users.test"; adminname = "nobody"; adminemail = "nobody@users.test";
  registeremail = "nobody@users.test"; mta = "/bin/true"; loglevel = { ${logs} }; auth = none;
  maxlogins = 5; maxusers = 5; maxnicks = 5; maxchans = 5; casemapping = rfc1459;
};
uplink "${uplink.name}" { host = "127.0.0.1"; port = ${uplink.port}; send_password = "${uplink.password}"; receive_password = "${uplink.password}"; };
nickserv { nick = "NickServ"; user = "NickServ"; host = "${name}"; real = "Nicks"; };
chanserv { nick = "ChanServ"; user = "ChanServ"; host = "${name}"; real = "Channels"; };
general { join_chans; flood_msgs = 0; };
`;
}
