/** Where rooms and keys are kept when nobody says otherwise. */
import { createHash } from 'node:crypto'
import { basename, join, resolve } from 'node:path'

export interface Place {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Two programs cannot hold one store: this many may run side by side without `--data`. */
export const maxProfiles = 16

/** The per-user directory by the platform's own convention. */
export function userDataDir({ platform, home, env }: Place): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'kith')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'kith')
  const base = env['XDG_DATA_HOME']
  // The XDG specification ignores relative paths.
  return join(base !== undefined && base.startsWith('/') ? base : join(home, '.local', 'share'), 'kith')
}

/** `main`, and `main-2` … when another kith of this person is running. */
export function profileDirs(place: Place): readonly string[] {
  const base = userDataDir(place)
  return Array.from({ length: maxProfiles }, (_, i) => join(base, i === 0 ? 'main' : `main-${i + 1}`))
}

/** One per configuration file, so that alice and bob can run on one machine. */
export function configDataDir(place: Place, file: string): string {
  const path = resolve(file)
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 8)
  return join(userDataDir(place), 'config', `${basename(path, '.json')}-${digest}`)
}
