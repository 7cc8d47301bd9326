-- Takes records off the failed list.
-- KEYS[1] failed
-- ARGV[1], ARGV[2], … pairs, in order of position: position from the oldest, SHA-1 of the record
-- reply: for each record 'taken', or 'missed' when something else stands there by now
-- @include records
local reply, indices = {}, {}
for argument = 1, #ARGV, 2 do
  local index = tonumber(ARGV[argument])
  local record = record_at(KEYS[1], index, ARGV[argument + 1])
  if record then indices[#indices + 1] = index end
  reply[#reply + 1] = record and 'taken' or 'missed'
end
remove_records(KEYS[1], indices)
return reply
