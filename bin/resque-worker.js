#!/usr/bin/env node
import { contextOf, written } from '../dist/cli/context.js'
import { main } from '../dist/cli/worker-program.js'

const exitCode = await main(contextOf(process))
await written(process)
// A job that was put back while it ran must not run on in a process that has said goodbye.
process.exit(exitCode)
