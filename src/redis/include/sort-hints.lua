-- Sorts hints into the sets of delayed-index.lua. What adds many jobs leaves theirs in a list, an entry for each of its
-- calls: due second and the digests of its jobs, 8 digits each, a blank between all ("<due> <digests> <due> <digests>").
-- That costs it next to nothing, as PostgreSQL's pending lists of a GIN index do; what is due before it is sorted is
-- dropped, since nothing is delayed before the first second of the delayed set.
-- Sorts about so many hints. -> whether none is left
local function sort_hints(schedule, unsorted, index_prefix, most)
  local first = tonumber(redis.call('ZRANGE', schedule, 0, 0, 'WITHSCORES')[2])
  local entries = redis.pcall('LRANGE', unsorted, 0, 49)
  if entries.err then return true end
  local sorted = 0
  for _, entry in ipairs(entries) do
    if sorted >= most then return false end
    for due, digests in string.gmatch(entry, '(%d+) (%d+)') do
      local is_past = not first or tonumber(due) < first
      for digit = 1, is_past and 0 or #digests, 8 do
        local hint = '1' .. string.sub(digests, digit + 4, digit + 7) .. due
        redis.pcall('SADD', index_prefix .. string.sub(digests, digit, digit + 3), hint)
        sorted = sorted + 1
      end
    end
    redis.call('LREM', unsorted, 1, entry)
  end
  return #entries < 50
end
