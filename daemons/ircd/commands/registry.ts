/** Every command by name. Whoever puts a server together hands it this table. */
import { accept } from './accept.ts';
import { account } from './account.ts';
import { authenticate } from './authenticate.ts';
import { away } from './away.ts';
import { batch } from './batch.ts';
import { cap } from './cap.ts';
import { cert } from './cert.ts';
import { channel } from './channel.ts';
import { chathistory } from './chathistory.ts';
import type { Command } from './command.ts';
import { cycle } from './cycle.ts';
import { ghost, regain } from './ghost.ts';
import { help, helpop } from './help.ts';
import { invite } from './invite.ts';
import { isupport } from './isupport.ts';
import { join } from './join.ts';
import { kick } from './kick.ts';
import { kill } from './kill.ts';
import { knock } from './knock.ts';
import { die, rehash, restart } from './lifecycle.ts';
import { connect, squit } from './link.ts';
import { list } from './list.ts';
import { lusers } from './lusers.ts';
import { markread } from './markread.ts';
import { testline, testmask } from './mask-trials.ts';
import { notice, privmsg, tagmsg } from './message.ts';
import { metadata } from './metadata.ts';
import { mode } from './mode.ts';
import { monitor } from './monitor.ts';
import { motd } from './motd.ts';
import { chghost, sajoin, sanick, sapart } from './move-user.ts';
import { names } from './names.ts';
import { gline, jupe, shun, ungline, unjupe, unshun, unzline, zline } from './network-ban.ts';
import { nick } from './nick.ts';
import { oper } from './oper.ts';
import { opme, samode } from './override.ts';
import { part } from './part.ts';
import { pass } from './pass.ts';
import { ping, pong } from './ping.ts';
import { ison, userhost, userip } from './presence.ts';
import { quit } from './quit.ts';
import { redact } from './redact.ts';
import { register, verify } from './register.ts';
import { rename } from './rename.ts';
import {
  dline,
  eline,
  kline,
  resv,
  undline,
  uneline,
  unkline,
  unresv,
  unxline,
  xline,
} from './server-ban.ts';
import { admin, info, links, map, time, version } from './server-info.ts';
import { set } from './set.ts';
import { setname } from './setname.ts';
import { silence } from './silence.ts';
import { spamfilter } from './spamfilter.ts';
import { stats } from './stats.ts';
import { topic } from './topic.ts';
import { trace } from './trace.ts';
import { userCommand } from './user.ts';
import { globops, locops, wallops } from './wallops.ts';
import { webirc } from './webirc.ts';
import { who } from './who.ts';
import { whois } from './whois.ts';
import { whowas } from './whowas.ts';

/** In alphabetical order, by upper-case name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    accept,
    account,
    admin,
    authenticate,
    away,
    batch,
    cap,
    cert,
    channel,
    chathistory,
    chghost,
    connect,
    cycle,
    die,
    dline,
    eline,
    ghost,
    gline,
    globops,
    help,
    helpop,
    info,
    invite,
    ison,
    isupport,
    join,
    jupe,
    kick,
    kill,
    kline,
    knock,
    links,
    list,
    locops,
    lusers,
    map,
    markread,
    metadata,
    mode,
    monitor,
    motd,
    names,
    nick,
    notice,
    oper,
    opme,
    part,
    pass,
    ping,
    pong,
    privmsg,
    quit,
    redact,
    regain,
    register,
    rehash,
    rename,
    restart,
    resv,
    sajoin,
    samode,
    sanick,
    sapart,
    set,
    setname,
    shun,
    silence,
    spamfilter,
    squit,
    stats,
    tagmsg,
    testline,
    testmask,
    time,
    topic,
    trace,
    undline,
    uneline,
    ungline,
    unjupe,
    unkline,
    unresv,
    unshun,
    unxline,
    unzline,
    userCommand,
    userhost,
    userip,
    verify,
    version,
    wallops,
    webirc,
    who,
    whois,
    whowas,
    xline,
    zline,
  ]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((command) => [command.name, command]),
);
