/** The two servers that are compared: ours, and InspIRCd 3 with the modules for what ours has by itself. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPER_FLAGS } from '../../daemons/ircd/config.ts';
import { hashPassword } from '../../daemons/ircd/passwords.ts';
import { findInspircd } from '../ircd/inspircd.ts';
import { TCP, unlimitedIrcd } from '../ircd/servers.ts';
import { type RunningServer, startDaemon, startRival } from '../shared/server-process.ts';
import { OPERATOR, PASSWORD } from './scene.ts';

/** What both are called. */
export const SERVER_NAME = 'irc.compared.test';

/** How long both let channels keep what is said. */
const KEPT_WEEKS = 4;

/** Starts ours. @param threads that own its sockets */
export async function startOurs(threads = 0): Promise<RunningServer> {
  const flags = OPER_FLAGS.map((flag) => `"${flag}"`).join(', ');
  const oper = `
[[ircd.oper]]
name = "${OPERATOR}"
password_hash = "${await hashPassword(PASSWORD)}"
flags = [${flags}]
[ircd.admin]
location = "here"
organisation = "nobody"
email = "nobody@${SERVER_NAME}"
[ircd.history]
keep_minutes = ${KEPT_WEEKS * 10_080}
`;
  const settings = `server_name = "${SERVER_NAME}"\nnetwork = "Compared"\nio_threads = ${threads}\n`;
  return startDaemon({
    id: 'ircd',
    config: unlimitedIrcd([TCP], settings) + oper,
    nodeOptions: [],
    cores: 'all',
    quiet: true,
  });
}

const MODULES = [
  ...['alias', 'banexception', 'botmode', 'callerid', 'cap', 'chghost', 'cycle', 'globops', 'helpop'],
  ...['inviteexception', 'ircv3', 'ircv3_accounttag', 'ircv3_batch', 'ircv3_ctctags', 'ircv3_echomessage'],
  ...['ircv3_labeledresponse', 'ircv3_servertime', 'knock', 'monitor', 'muteban', 'namesx', 'noctcp'],
  ...['sajoin', 'samode', 'sanick', 'sapart', 'sasl', 'services_account', 'setname', 'shun', 'silence'],
  ...['chanhistory', 'spanningtree', 'uhnames', 'userip'],
];

/** Starts InspIRCd; null where it is not installed. */
export async function startInspircd(): Promise<(RunningServer & { readonly version: string }) | null> {
  const found = findInspircd();
  if (found === null) return null;
  const server = await startRival('inspircd', found.path, async (directory, port) => {
    const path = join(directory, 'inspircd.conf');
    await writeFile(path, inspircdConfig(directory, port));
    const asRoot = process.getuid?.() === 0 ? ['--runasroot'] : [];
    return ['--nofork', '--nolog', '--config', path, ...asRoot];
  });
  return { ...server, version: found.version };
}

function inspircdConfig(directory: string, port: number): string {
  return `
<server name="${SERVER_NAME}" description="compared" network="Compared" id="00C">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect name="all" allow="*" timeout="60" pingfreq="600" hardsendq="64M" softsendq="64M" recvq="16M" threshold="100000000"
  commandrate="2000000000" fakelag="off" localmax="100000" globalmax="100000" limit="100000" maxchans="100"
  resolvehostnames="no" useident="no" maxconnwarn="no">
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*" snomasks="*">
<type name="all" classes="all">
<oper name="${OPERATOR}" password="${PASSWORD}" host="*@*" type="all">
${MODULES.map((name) => `<module name="${name}">`).join('\n')}
<knock notify="numeric">
<chanhistory maxduration="${KEPT_WEEKS}w" maxlines="1000">
<admin name="nobody" nick="here" email="nobody@${SERVER_NAME}">
<sasl target="services.compared.test">
<options prefixquit="" syntaxhints="no" announcets="no" hostintopic="yes" defaultmodes="not">
<performance softlimit="100000" somaxconn="4096" clonesonconnect="no" timeskipwarn="0s">
<security announceinvites="none" hidesplits="no" hidebans="no" maxtargets="20" userstats="Pu">
<limits maxnick="30" maxchan="64" maxuser="11" maxline="512">
<helpmsg nohelp="There is no help on that.">
<helpop key="start" title="Help" value="Say HELP and a topic.">
<alias text="HELP" format="*" replace="HELPOP $2-" requires="" uline="no" operonly="no">
<path configdir="${directory}" datadir="${directory}" logdir="${directory}" runtimedir="${directory}">
<pid file="${join(directory, 'inspircd.pid')}">
<whowas groupsize="10" maxgroups="1000" maxkeep="1h">
`;
}
