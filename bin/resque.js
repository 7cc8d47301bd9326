#!/usr/bin/env node
import { contextOf } from '../dist/cli/context.js'
import { main } from '../dist/cli/resque-program.js'

process.exitCode = await main(contextOf(process))
