/** Asks axe about what is shown. For browser tests only. */
import axe from 'axe-core'
import type { RunOptions } from 'axe-core'
import { frame } from './open-app.tsx'

/** The document around the app belongs to the test runner. */
const notOurs = { 'landmark-one-main': { enabled: false }, 'page-has-heading-one': { enabled: false } }
const everything: RunOptions = { resultTypes: ['violations'], rules: notOurs }
const contrastOnly: RunOptions = { resultTypes: ['violations'], runOnly: ['color-contrast'] }

/**
 * What axe finds wrong: every rule in the light theme, and in the dark one contrast, the one rule colours decide.
 * `within` is a selector, without one the whole app is asked about.
 */
export async function violations(within = '#kith'): Promise<readonly string[]> {
  const { dataset } = document.documentElement
  const before = dataset['theme']
  const found: string[] = []
  for (const [theme, options] of [
    ['light', everything],
    ['dark', contrastOnly],
  ] as const) {
    dataset['theme'] = theme
    await still()
    const result = await axe.run({ include: [within] }, options)
    for (const { id, nodes } of result.violations)
      for (const { html, any } of nodes)
        found.push(`${theme}: ${id}: ${html.slice(0, 160)} ${any.map(({ message }) => message).join('; ')}`)
  }
  if (before === undefined) delete dataset['theme']
  else dataset['theme'] = before
  return found
}

/** Colours are measured when nothing is fading any more; what turns for ever is no fading. */
async function still(): Promise<void> {
  await frame()
  await frame()
  const fading = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
  await Promise.all(fading.map(({ finished }) => finished.catch(() => undefined)))
}
