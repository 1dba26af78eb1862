// Loaded ahead of a program: its clock is off by CLOCK_SHIFT milliseconds.
const shift = Number(process.env.CLOCK_SHIFT);
const now = Date.now.bind(Date);

globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) => Reflect.construct(target, args.length > 0 ? args : [now() + shift], made),
  apply: (target) => new target(now() + shift).toString(),
  get: (target, name) => (name === 'now' ? () => now() + shift : Reflect.get(target, name)),
});
