/** For tests: databases as X3 and Atheme write them, made up here. */

/** A whole database of X3. */
export const X3_FILE = `/* written by hand */
"ChanServ" {
    "version_control" { "version_number" "1"; };
    "channels" {
        "#lounge" { "registered" "1100000000"; "users" { "Ann" { "level" "500"; "seen" "1700000000"; }; }; };
    };
};
"gline" { "*@192.0.2.7" { "expires" "1900000000"; "issued" "1700000000"; "reason" "drones"; "issuer" "Oz"; }; };
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
MC #lounge 1100000000 1700000000 +v 0 0 0 
CA #lounge Ann +AFORafhioqrstv 1700000000 Ann
KL 1 * 192.0.2.7 0 1700000000 Oz drones
NEW thing from tomorrow
`;
