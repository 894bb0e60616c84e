/** What this program may say of itself to strangers: its version, and the kind of browser it runs in. */

/** As in package.json, which a test compares. */
export const version = '0.1.0'

const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Edg(?:A|iOS)?\/(\d+)/, 'Edge'],
  [/(?:Chrome|Chromium|CriOS)\/(\d+)/, 'Chromium'],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/, 'Safari'],
]

const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad|iPod/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** Family and main version of the browser and name of the system: enough for a report, too little to tell people apart. */
export function platformOf(userAgent: string): string {
  const browser = browsers.flatMap(([pattern, name]) => {
    const found = pattern.exec(userAgent)
    return found === null ? [] : [`${name} ${found[1] ?? ''}`]
  })[0]
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  return [browser ?? 'browser', ...(system === undefined ? [] : [`on ${system}`])].join(' ')
}
