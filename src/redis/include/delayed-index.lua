-- Notes where a job of ours is delayed, so that it is found by its class and args: in the set that the first four
-- digits of its digest name, the integer "1<last four digits><due second>". It is a hint: nobody takes it out
-- when the job is promoted or cancelled, and who reads it looks whether the job is there. See sweep.lua.
local function note_hint(index_prefix, id, due)
  local shard, rest = string.match(id, '^..........(%d%d%d%d)(%d%d%d%d)')
  if shard then redis.call('SADD', index_prefix .. shard, '1' .. rest .. due) end
end
