/** How tests start a Chromium: one that is really there, without what has nothing to do with a page. */

/**
 * What a browser would do beside showing a page. The first three are lists below its address field, which every window loads
 * though nobody sees it: 2 s of processor time each, more than most tests need for their pages. The fourth is a process made
 * ready for a page that may come next. The others are what Playwright turns off, repeated because only the last list counts.
 */
const disabledFeatures = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'SpareRendererForSitePerProcess',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]

export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${disabledFeatures.join(',')}`,
]

/** `KITH_CHROMIUM`, or where Debian has it. */
export function chromiumPath(): string {
  return process.env['KITH_CHROMIUM'] ?? '/usr/bin/chromium'
}
