/** What `kith --help` says. */

export const helpText = `kith: chat that belongs to the people in it

  kith new [--name N] [--relay URL]   make a room, show its link and QR code, stay in it
  kith new --members                  a room whose members decide who comes in: /invite, /pin, /remove
  kith join LINK…                     join by link or invite (in quotes), several rooms at once
  kith                                open the rooms you have
  kith device CODE [--name N]         make this terminal a device of yours: the other one shows CODE
  kith --config FILE                  the rooms, port and peers of a configuration file
  kith export [ROOM] [--json]         all messages of a room as Markdown or JSON, as in kith export Lake > lake.md
  kith passphrase [--remove]          set, change or remove what opens what is kept here
  kith keep TICKET [--hours 6]        hold a room's last hours for others, blind (--quota 200MB, --count 10,
                                      --status PORT: its state for whoever runs it)
  kith relay [--port P] [--data DIR]  run a relay with the web app on it (port 6765)
  kith relay --auth                   the same, and attest e-mail addresses (says what it needs)
  kith doctor [RELAY]                 what works from here, and what to do about the rest

In a terminal it is a full-screen chat; Ctrl+C opens the menu and /help lists the commands.
In a pipe, every line read is a message and every message is a line; --json is for scripts.

  --name N                what others call you
  --relay URL             the relay to meet at (default http://localhost:6765, or KITH_RELAY)
  --no-relay              none: only terminals that dial each other
  --port P                listen here for other terminals
  --peer HOST:PORT        dial this terminal directly; may be repeated
  --data DIR              where rooms and keys are kept (default per user, or KITH_DATA)
  --passphrase-file FILE  lock what is kept with the first line of FILE (or KITH_PASSPHRASE)
  --json                  one JSON object a line, in and out
  --debug                 say on stderr what happens, without content; full-screen: into DIR/debug.log
  -h, --help   -v, --version

Exit codes: 0 done · 1 a fault of kith · 2 command line, link or configuration · 3 not built
4 store cannot be used · 5 port or network · 6 left with messages nobody has yet · 7 doctor found something
130 interrupted · 143 terminated

JSON lines out: ready, peer, message, synced, map, why, members, entering, newcomer, standing, moved, held, slow,
comparing, contactRequest, invite, done, error.
In: send, history, who, map, why, members, command, leave.
All of it is described in docs/spec/terminal.md.
`
