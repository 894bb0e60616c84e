import { encode } from 'uqr'
import { expect, it } from 'vitest'
import { qrPath } from './qr.tsx'

it('the path covers exactly the dark modules', () => {
  const text = 'https://kith.example/#Lk3Jv9QmXw2TfLr8ZbNc5YhPd7SgAe4UoViMtKxBq0A'
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const { path, modules } = qrPath(text)
  expect(modules).toBe(size)
  const drawn = data.map((row) => row.map(() => false))
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(run); i++) {
      const row = drawn[Number(y)]
      if (row !== undefined) row[Number(x) + i] = true
    }
  }
  expect(drawn).toEqual(data)
})
