/** Random histories, second half; see chaos.test.ts. */
import { describeHistories } from './chaos-judge.ts'

describeHistories('odd')
