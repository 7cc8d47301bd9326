#!/usr/bin/env node
import { contextOf, written } from '../dist/cli/context.js'
import { main } from '../dist/cli/scheduler-program.js'

const exitCode = await main(contextOf(process))
await written(process)
// A second TERM ends the process even while Redis does not answer.
process.exit(exitCode)
