-- Sorts hints of the delayed index, a bounded number in one call.
-- KEYS[1] delayed_queue_schedule   KEYS[2] hints that are to be sorted
-- ARGV[1] text before the digits in the key of the index   ARGV[2] about how many hints
-- reply: 1 when more may be left, else 0
-- @include sort-hints
return sort_hints(KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])) and 0 or 1
