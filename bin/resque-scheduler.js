#!/usr/bin/env node
import { contextOf } from '../dist/cli/context.js'
import { main } from '../dist/cli/scheduler-program.js'

// A second TERM ends the process even while Redis does not answer.
process.exit(await main(contextOf(process)))
