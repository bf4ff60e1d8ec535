/**
 * InspIRCd 3 as the rival: found where it is installed, configured without any limit that would get in the way, and
 * run from a temporary directory. Used by `bench/ircd.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PLACES = ['/usr/sbin/inspircd', '/usr/local/sbin/inspircd', '/usr/bin/inspircd'];

/** Path and version, or null when it is not installed. */
export function findInspircd(): { path: string; version: string } | null {
  const path = PLACES.find((place) => existsSync(place));
  if (path === undefined) return null;
  const shown = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const version = /InspIRCd-([\d.]+)/.exec(`${shown.stdout}${shown.stderr}`)?.[1] ?? 'unknown';
  return { path, version };
}

/** Writes a configuration for loopback into a directory and returns the arguments to run it in the foreground. */
export async function inspircdArguments(
  directory: string,
  port: number,
  [webSocketPort]: readonly number[],
): Promise<string[]> {
  const config = `
<server name="rival.bench" description="benchmark" network="Bench" id="00B">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="${port}" type="clients">
<bind address="127.0.0.1" port="${webSocketPort}" type="clients" hook="websocket">
<connect name="bench" allow="*" timeout="60" pingfreq="600" hardsendq="64M" softsendq="64M" recvq="16M"
  threshold="100000000" commandrate="2000000000" fakelag="off" localmax="100000" globalmax="100000" limit="100000"
  maxchans="100" resolvehostnames="no" useident="no" maxconnwarn="no">
<module name="cap">
<module name="ircv3_servertime">
<module name="sha1">
<module name="websocket">
<websocket defaultmode="text">
<wsorigin allow="*">
<class name="none"><type name="none" classes="none"><oper name="none" password="none" host="none@none" type="none">
<options prefixquit="" syntaxhints="no" announcets="no" hostintopic="yes" defaultmodes="nt">
<performance netbuffersize="10240" somaxconn="4096" softlimit="100000" clonesonconnect="no" timeskipwarn="0s">
<security hidesplits="no" hidebans="no" maxtargets="20">
<limits maxnick="30" maxchan="64" maxuser="11" maxline="512">
<path configdir="${directory}" datadir="${directory}" logdir="${directory}" runtimedir="${directory}">
<pid file="${join(directory, 'inspircd.pid')}">
<whowas groupsize="10" maxgroups="1000" maxkeep="1h">
`;
  const path = join(directory, 'inspircd.conf');
  await writeFile(path, config);
  const asRoot = process.getuid?.() === 0 ? ['--runasroot'] : [];
  return ['--nofork', '--nolog', '--config', path, ...asRoot];
}
