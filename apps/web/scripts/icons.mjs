/**
 * Draws the icons from the ring: public/icon.svg, and PNGs of it by headless Chromium. Run by hand when the logo changes
 * (`node apps/web/scripts/icons.mjs`); the results are committed.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'

const publicFolder = fileURLToPath(new URL('../public/', import.meta.url))

// The same six people as `Logo` in src/ring/ring.tsx; hues as sRGB, because icons are drawn where OKLCH is not known.
const people = ['#00946f', '#4a7fc9', '#9b62b8', '#c4595c', '#b06c1c', '#8a8200']
const paper = '#fcfbf9'
const radius = 17

function ring(scale) {
  const step = (2 * Math.PI) / people.length
  const at = (angle) => `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`
  const arcs = people.map((color, i) => {
    const angle = Math.PI / 2 + step * i
    const reach = step / 2

    return `<path d="M${at(angle - reach)}A${radius} ${radius} 0 0 1 ${at(angle + reach)}" stroke="${color}"/>`
  })
  const dots = people.map((color, i) => {
    const [x, y] = at(Math.PI / 2 + step * i).split(' ')
    return `<circle cx="${x}" cy="${y}" r="3.4" fill="${color}"/>`
  })
  return `<g transform="scale(${scale})"><g fill="none" stroke-width="1.8">${arcs.join('')}</g>${dots.join('')}</g>`
}

function svg({ rounding, scale }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-32 -32 64 64"><rect x="-32" y="-32" width="64" height="64" rx="${rounding}" fill="${paper}"/>${ring(scale)}</svg>`
}

const tile = svg({ rounding: 14, scale: 1.14 })
// Maskable icons are cut to any shape: all of it stays within the inner 80 %.
const maskable = svg({ rounding: 0, scale: 0.98 })
writeFileSync(`${publicFolder}icon.svg`, `${tile}\n`)
// The same with a mark: somebody wrote.
const mark = `<circle cx="19" cy="-19" r="13" fill="${paper}"/><circle cx="19" cy="-19" r="10" fill="#c4453f"/>`
writeFileSync(`${publicFolder}icon-news.svg`, `${tile.replace('</svg>', `${mark}</svg>`)}\n`)

const browser = await chromium.launch({
  executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const [name, size, source] of [
  ['icon-192', 192, tile],
  ['icon-512', 512, tile],
  ['icon-180', 180, maskable],
  ['icon-maskable-512', 512, maskable],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`)
  await page.screenshot({ path: `${publicFolder}${name}.png`, omitBackground: true })
  await page.close()
}
await browser.close()
