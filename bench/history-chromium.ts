/** The import of `history.ts` in a real Chromium: the same pages, hashed by the app's own code, checked by WebCrypto. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright'
import { buildForPage } from './page-program.ts'

/** Median of three runs of the import by heads, in milliseconds, and how many entries came. */
export async function importInChromium(
  pages: readonly Uint8Array[],
  now: number,
): Promise<{ readonly headsMs: number; readonly entries: number }> {
  const program = await buildForPage('history-page.ts')
  const history = framed(pages)
  const server = createServer((request, response) => {
    const [type, body] =
      request.url === '/history'
        ? ['application/octet-stream', history]
        : request.url === '/program.js'
          ? ['text/javascript', program]
          : ['text/html', '<!doctype html><title>history</title><script type="module" src="/program.js"></script>']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const browser = await chromium.launch({
    executablePath: process.env['KITH_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'importHistory' in window)
    return await page.evaluate(
      (time) =>
        (
          window as unknown as { importHistory: (now: number) => Promise<{ headsMs: number; entries: number }> }
        ).importHistory(time),
      now,
    )
  } finally {
    await browser.close()
    server.close()
  }
}

/** u32 length and bytes of each page. */
function framed(pages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    pages.flatMap((page) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(page.length)
      return [length, page]
    }),
  )
}
