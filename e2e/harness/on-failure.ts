/** What people saw when a test failed: a run nobody watched can be understood afterwards. */
import { afterEach } from 'vitest'
import { lookAround } from './browser.ts'

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${task.name}\n${await lookAround()}\n`)
})
