/** For tests: databases as X3 and Atheme write them, made up here. */

/** A whole database of X3. */
export const X3_FILE = `/* written by hand */
"ChanServ" {
    "version_control" { "version_number" "2"; };
    "note_types" {
        "url" { "channel_access" "1"; "visibility" "all"; "max_length" "200"; };
        "staff" { "opserv_access" "600"; "visibility" "privileged"; "max_length" "200"; };
    };
    "dnr" {
        "#drugs" { "set" "1600000000"; "setter" "Oz"; "reason" "not here"; };
        "#warez*" { "setter" "Oz"; "reason" "for a while"; "expires" "1900000000"; };
        "*Bob" { "setter" "Oz"; "reason" "takes too many"; };
        "#old" { "setter" "Oz"; "reason" "over"; "expires" "1700000000"; };
        "nothing" { "setter" "Oz"; "reason" "is none"; };
    };
    "channels" {
        "#lounge" {
            "registered" "1100000000"; "max" "42"; "topic" "Tea \\x02and\\x02 caf\\303\\251"; "registrar" "Oz";
            "greeting" "Welcome"; "user_greeting" "Welcome back"; "topic_mask" "Tea | *";
            "giveownership" { "old_owner" "Bob"; "target" "Ann"; "target_access" "400"; "issued" "1500000000"; };
            "options" {
                "flags" "33"; "enfops" "200"; "enfhalfops" "300"; "enfmodes" "200"; "enftopic" "501"; "pubcmd" "1"; "setters" "400";
                "userinfo" "1"; "inviteme" "200"; "topicsnarf" "501"; "automode" "v"; "protect" "e"; "toys" "d"; "topicrefresh" "2";
                "ctcpreaction" "T"; "bantimeout" "4"; "resync" "n";
            };
            "maxsetinfo" "100"; "modes" "+tnlkJ 50 key";
            "users" {
                "Bob" { "level" "200"; "seen" "1700000100"; "accessexpiry" "0"; "clvlexpiry" "1900000000"; "lastlevel" "1"; "flags" "20"; };
                "Ann" { "level" "500"; "seen" "1700000000"; "flags" "8"; "info" "runs \\x02this\\x02"; };
                "Cat" { "level" "500"; "seen" "1700000000"; "flags" "10"; "expires" "1950000000"; };
                "Dan" { "level" "1"; "seen" "1700000000"; "accessexpiry" "1910000000"; "flags" "8"; };
                "Nobody" { "level" "300"; "seen" "1700000000"; "flags" "8"; };
            };
            "bans" {
                "*!*@192.0.2.9" { "set" "1600000000"; "triggered" "1650000000"; "owner" "Ann"; "reason" "spam"; };
                "drone*!*@*" { "set" "1700000000"; "expires" "1900000000"; "owner" "Bob"; "reason" "drones"; };
                "*!*@gone.example" { "set" "1600000000"; "expires" "1700000000"; "owner" "Bob"; "reason" "over"; };
            };
            "notes" {
                "url" { "setter" "Ann"; "note" "https://tea.example"; };
                "staff" { "setter" "Oz"; "note" "watch Bob"; };
            };
            "owner_transfer" "1500000000"; "visited" "1700000200";
        };
        "#closed" {
            "registered" "1200000000"; "options" { "flags" "2"; "automode" "y"; };
            "suspended" { "suspender" "Oz"; "reason" "misused"; "issued" "1600000000"; "expires" "1900000000"; };
            "users" { "Bob" { "level" "500"; "seen" "1600000000"; "flags" "8"; }; "Ann" { "level" "400"; "flags" "8"; }; };
        };
        "#orphan" { "registered" "1300000000"; "users" { "Dan" { "level" "400"; "flags" "8"; }; }; };
        "no channel" { "registered" "1300000000"; "users" { "Ann" { "level" "500"; }; }; };
    };
};
"gline" {
    "*@192.0.2.7" { "expires" "1900000000"; "issued" "1700000000"; "reason" "drones"; "issuer" "Oz"; };
    "*@198.51.100.0/24" { "expires" "1700000001"; "issued" "1700000000"; "reason" "over"; "issuer" "Oz"; };
    "*@*" { "expires" "1900000000"; "issued" "1700000000"; "reason" "everybody"; "issuer" "Oz"; };
};
"shun" { "loud@*.example" { "expires" "1900000000"; "issued" "1700000000"; "reason" "noise"; "issuer" "Oz"; }; };
"OpServ" {
    "reserves" { "Oracle" { "username" "oracle"; "hostname" "network.example"; "description" "Reserved for the Oracle"; }; };
    "bad" ("warez", "x");
    "exempt" ("#warezfree");
    "routingplan" { "main" { "hub.example" { "uplink" "b.example"; }; }; };
    "trusted" {
        "192.0.2.200" { "limit" "20"; "expires" "1900000000"; "issued" "1600000000"; "issuer" "Oz"; "reason" "a school"; };
        "10.1.0.0/16" { "issued" "1600000000"; "issuer" "Oz"; "reason" "our own"; };
        "somewhere" { "limit" "3"; "issuer" "Oz"; "reason" "a name"; };
    };
    "gags" { "pest!*@*" { "owner" "Oz"; "reason" "floods bots"; "expires" "1900000000"; }; };
    "alerts" {
        "clones" { "discrim" "mask drone*!*@*"; "owner" "Ann"; "last" "0"; "expire" "1900000000"; "reaction" "kill"; };
        "mark" { "discrim" "mask a*!*@*"; "owner" "Ann"; "last" "0"; "expire" "0"; "reaction" "mark"; };
        "odd" { "discrim" "moon full"; "owner" "Ann"; "last" "0"; "expire" "0"; "reaction" "notice"; };
    };
    "max_clients" { "max" "400"; "time" "1600000000"; };
};
"HelpServ" {
    "bots" {
        "Aid" {
            "users" {
                "Ann" { "level" "Owner"; "helpmode" "1"; "weekstart" "0"; "stats" {
                    "time" ("60", "120", "0", "0", "4000"); "picked_up" ("2", "3", "0", "0", "50"); "closed" ("1", "2", "0", "0", "40");
                    "reassign_from" ("0", "0", "0", "0", "4"); "reassign_to" ("0", "1", "0", "0", "5"); }; };
                "Dan" { "level" "Trial"; "helpmode" "0"; "weekstart" "0"; };
                "Nobody" { "level" "Helper"; };
            };
            "requests" {
                "7" { "helper" "Ann"; "assigned" "1700000300"; "handle" "Bob"; "opened" "1700000200"; "text" ("How do I", "make tea?"); };
                "8" { "handle" "Nobody"; "opened" "1700000400"; "text" ("hello"); };
            };
            "help_channel" "#help"; "page_dest" ("#staff", "*", "*"); "command" "onotice"; "alert" "none"; "status" "none";
            "greeting" "Ask away"; "reqdropped" "It is gone"; "whinedelay" "300"; "reqpersist" "close"; "helperpersist" "part";
            "notification" "reqdrop"; "registered" "1400000000"; "id_wrap" "0"; "req_maxlen" "8"; "last_requestid" "8"; "registrar" "Oz";
            "privmsg_only" "1"; "req_on_join" "0"; "auto_voice" "1"; "auto_devoice" "0"; "join_total" "0"; "alert_new" "0";
            "last_active" "1700000500";
        };
        "OpServ" { "users" { "Ann" { "level" "Owner"; }; }; "help_channel" "#other"; };
    };
    "last_stats_update" "1700000000";
};
"SpamServ" {
    "trusted" { "Dan" { "channel" ("global", "#lounge", "#nowhere"); "issued" "1600000000"; "issuer" "Oz"; }; };
    "#lounge" {
        "exceptions" ("tea.example"); "badwords" ("Coffee", "x"); "flags" "41"; "capsmin" "12"; "capspercent" "50"; "exceptlevel" "300";
        "exceptadvlevel" "100"; "info" "cdskb";
    };
    "#nowhere" { "flags" "7"; "info" "blssss"; };
};
"Global" {
    "3" { "flags" "4"; "posted" "1700000000"; "duration" "0"; "from" "Oz"; "message" "Staff meets at noon"; };
    "4" { "flags" "1"; "posted" "1700000000"; "duration" "60"; "from" "Oz"; "message" "over"; };
};
"modcmd" { "bots" { "ChanServ" { "description" "x"; }; }; "services" { "ChanServ" { "op" { "command" "ChanServ.op"; }; }; }; };
"MemoServ" { "memos" { "A" { "sent" "1600000000"; "id" "1"; "to" "Ann"; "from" "Bob"; "msg" "hello"; }; }; };
"NickServ" {
    "Ann" {
        "email_addr" "ann@example.net"; "flags" "pcn"; "info" "likes \\x02tea\\x02 and caf\\303\\251s";
        "lastseen" "1700000000"; "masks" ("*!*@*"); "sslfps" ("${'AB:'.repeat(31)}AB", "12:34");
        "nicks_ex" { "Ann" { "register" "1"; "lastseen" "1"; }; "Annie" { "register" "1"; "lastseen" "1"; }; };
        "note" { "setter" "Oz"; "date" "1600000000"; "note" "helped a lot"; };
        "passwd" "$0123456789abcdef0123456789abcdef01234567"; "register" "1100000000"; "opserv_level" "600";
        "maxlogins" "3"; "screen_width" "90"; "user_style" "c"; "epithet" "Queen of tea"; "language" "de";
        "ignores" ("spam!*@*", "nonsense");
    };
    "Bob" {
        "email_addr" "nowhere"; "flags" "sf"; "lastseen" "1000"; "register" "2000"; "karma" "12";
        "masks" ("*!bob@host.example", "no mask"); "nicks" ("Annie", "1bob"); "passwd" "plain words";
        "cookie" { "type" "activation"; "expires" "1"; "cookie" "0123456789"; }; "user_style" "n";
    };
    "Cat" { "passwd" "$0123456789abcdef0123456789abcdef01234567"; "register" "3000"; "lastseen" "3001"; };
    "Dan" { "passwd" "$0123456789abcdef0123456789abcdef01234567"; "register" "4000"; "lastseen" "4001"; };
    "ann" { "passwd" "x"; "register" "1"; "lastseen" "1"; };
    "9lives" { "passwd" "x"; "register" "1"; "lastseen" "1"; };
};
`;

/** A flat file of Atheme, version 12 of its tables. */
export const ATHEME_FILE = `GRVER 1
DBV 12
MDEP crypto/pbkdf2v2
LUID AAAAAAAAC
CF +vVoOtsriRfhHAFqaeb
TS 1700000500
MU AAAAAAAAA Ann $z$26$64000$c2FsdHNhbHQ=$a2V5 ann@example.net 1100000000 0 +CPh de
MDU Ann private:mark:setter Oz
MDU Ann private:mark:reason asked for another name
MDU Ann private:mark:timestamp 1600000000
MDU Ann private:host:vhost ann.users.example.net
MDU Ann private:doenforce 1
AC Ann *!ann@host.example
MN Ann Ann 1100000000 0
MN Ann Annie 1200000000 1600000000
MCFP Ann ${'cd'.repeat(32)}
MCFP Ann 0123
MU AAAAAAAAB Bob secret noemail 1200000000 1300000000 + default
MDU Bob private:freeze:freezer Oz
MDU Bob private:freeze:reason was unkind
ME Bob Ann 1300000000 1 hello there
MN Bob annie 1200000000 1600000000
MN Nobody nick 1 1
MU AAAAAAAAC bob $1$abc$0123456789abcdefghijkl b@example.net 1 1 +C
MC #lounge 1100000000 1700000000 +hkr 261 8 50 key
CA #lounge *!*@192.0.2.9 +b 1650000000 Ann
MDA #lounge *!*@192.0.2.9 reason spam and more
MDA #lounge *!*@192.0.2.9 expires 1900000000
CA #lounge Bob +vVo 1650000000 Ann
CA #lounge Ann +AFORafhioqrstv 1700000000 *
CA #lounge Bob@* +V 1700000000 Ann
CA #lounge !tea +o 1700000000 Ann
CA #lounge Nobody +o 1700000000 Ann
MDC #lounge private:topic:text Tea and cake
MDC #lounge private:entrymsg Welcome
MDC #lounge private:mlockext c j=3:4
MDC #lounge url https://tea.example
MDC #lounge private:templates VOP=+v
MC #closed 1200000000 1600000000 + 0 0 0 
CA #closed Bob +F 1200000000 *
CA #nowhere Bob +o 1200000000 *
MDC #closed private:close:closer Oz
MDC #closed private:close:reason misused
MDC #closed private:close:timestamp 1600000000
MC #nobody 1200000000 1600000000 + 0 0 0 
KID 3
KL 1 * 192.0.2.7 0 1700000000 Oz drones
KL 2 * 192.0.2.8 60 1700000000 Oz over
XL 1 bad*name 0 1700000000 Oz drones
QL 1 Oracle 0 1700000000 Oz kept for later
QL 2 #secret 0 1700000000 Oz nobody there
QL 3 fish* 0 1700000000 Oz no fish
SO Ann sra +
NEW thing from tomorrow
`;

/** A flat file of Anope 2.1. */
export const ANOPE_FILE = [
  [
    'NickCore',
    'display Ann',
    'uniqueid 11',
    'pass bcrypt:$2a$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234',
    'email ann@example.net',
    'language de_DE.UTF-8',
  ],
  [
    'NickCore',
    'display Bob',
    'uniqueid 12',
    'pass plain:c2VjcmV0',
    'email ',
    'registered 1200000000',
    'MSG 1',
    'NS_NO_EXPIRE 1',
  ],
  ['NickCore', 'display Cat', 'uniqueid 13', 'pass sha256:00:11', 'registered 1200000000'],
  ['NickCore', 'display cat', 'uniqueid 14', 'pass '],
  [
    'NickAlias',
    'nick Ann',
    'registered 1100000000',
    'last_seen 1700000000',
    'ncid 11',
    'vhost_host x.example',
  ],
  ['NickAlias', 'nick Annie', 'registered 1300000000', 'last_seen 1600000000', 'ncid 11'],
  ['NSSuspendInfo', 'nick Bob', 'by Oz', 'reason was unkind', 'time 1600000000', 'expires 0'],
  ['NSSuspendInfo', 'nick Ann', 'by Oz', 'reason over', 'time 1600000000', 'expires 1700000000'],
  [
    'ChannelInfo',
    'name #lounge',
    'founderid 11',
    'description Tea and cake',
    'registered 1100000000',
    'last_used 1700000000',
    'last_topic Tea café',
    'KEEPTOPIC 1',
    'CS_NO_EXPIRE 1',
  ],
  [
    'ChanAccess',
    'provider access/xop',
    'ci #lounge',
    'mask Bob',
    'creator Ann',
    'last_seen 1650000000',
    'data SOP',
  ],
  ['ChanAccess', 'provider access/access', 'ci #lounge', 'mask Cat', 'creator Ann', 'last_seen 0', 'data 4'],
  ['ChanAccess', 'provider access/access', 'ci #lounge', 'mask *!*@host', 'creator Ann', 'data 5'],
  [
    'AutoKick',
    'ci #lounge',
    'mask *!*@192.0.2.9',
    'reason spam',
    'creator Ann',
    'addtime 1600000000',
    'last_used 0',
  ],
  ['AutoKick', 'ci #lounge', 'ncid 13', 'reason account', 'creator Ann', 'addtime 1600000000'],
  ['ModeLock', 'ci #lounge', 'set 1', 'name LIMIT', 'param 50'],
  ['ModeLock', 'ci #lounge', 'set 0', 'name SECRET', 'param '],
  ['ModeLock', 'ci #lounge', 'set 1', 'name FILTER', 'param '],
  ['EntryMsg', 'ci #lounge', 'creator Ann', 'message Welcome', 'when 1600000000'],
  ['ChannelInfo', 'name #closed', 'founderid 12', 'description ', 'registered 1200000000'],
  ['CSSuspendInfo', 'chan #closed', 'by Oz', 'reason misused', 'time 1600000000', 'expires 1900000000'],
  ['ChannelInfo', 'name #nobody', 'registered 1200000000'],
  [
    'XLine',
    'mask *@192.0.2.7',
    'by Oz',
    'created 1700000000',
    'expires 0',
    'reason drones',
    'manager xlinemanager/sgline',
  ],
  [
    'XLine',
    'mask fish*',
    'by Oz',
    'created 1700000000',
    'expires 0',
    'reason no fish',
    'manager xlinemanager/sqline',
  ],
  ['Memo', 'owner Ann', 'time 1600000000', 'sender Bob', 'text hello'],
]
  .map(([kind, ...data]) => `OBJECT ${kind}\nID 1\n${data.map((one) => `DATA ${one}\n`).join('')}END\n`)
  .join('');
