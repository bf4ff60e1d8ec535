// Loaded into the daemon for irctest's clock tests: makes Date run as SIGNALBOX_CLOCK says, such as "+1y x30".
const setting = process.env.SIGNALBOX_CLOCK ?? '';
const years = Number(/\+(\d+)y/.exec(setting)?.[1] ?? 0);
const factor = Number(/x(\d+)/.exec(setting)?.[1] ?? 1);

const realNow = Date.now.bind(Date);
const start = realNow();
const fastNow = () => start + years * 365 * 86_400_000 + (realNow() - start) * factor;

globalThis.Date = class FastDate extends Date {
  constructor(...args) {
    if (args.length === 0) super(fastNow());
    else super(...args);
  }
  static now() {
    return fastNow();
  }
};
