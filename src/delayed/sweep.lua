-- Takes hints out of the delayed index whose second is past: nothing is delayed before the first second of the
-- delayed set. A bounded number of sets and of entries in one call.
-- KEYS[1] delayed_queue_schedule
-- ARGV[1] text before the digits in the key of the index   ARGV[2] the set to begin with, 0 to 9999
-- ARGV[3] where in that set, as SSCAN tells it   ARGV[4] how many sets   ARGV[5] about how many entries
-- reply: { the set to go on with, or 10000 at the end, where in it, entries taken out }
local first = tonumber(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2])
local shard, cursor = tonumber(ARGV[2]), ARGV[3]
local last = math.min(9999, shard + tonumber(ARGV[4]) - 1)
local left, removed = tonumber(ARGV[5]), 0

local function sweep_some(key)
  local reply = redis.call('SSCAN', key, cursor, 'COUNT', 500)
  local past = {}
  for _, hint in ipairs(reply[2]) do
    local due = tonumber(string.sub(hint, 6))
    if due and (not first or due < first) then past[#past + 1] = hint end
  end
  if #past > 0 then removed = removed + redis.call('SREM', key, unpack(past)) end
  left = left - #reply[2]
  cursor = reply[1]
end

while shard <= last and left > 0 do
  sweep_some(ARGV[1] .. string.format('%04d', shard))
  if cursor == '0' then shard = shard + 1 end
end
return { shard, cursor, removed }
