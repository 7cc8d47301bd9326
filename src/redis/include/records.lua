-- Records of the failed list, by where they were read and the SHA-1 of their bytes: what has moved since is left
-- alone. In one script nobody sees the marks that stand for records on their way out.

-- -> the record's bytes, or nil when something else is there by now
local function record_at(list, index, sha)
  local record = redis.call('LINDEX', list, index)
  if record and redis.sha1hex(record) == sha then return record end
  return nil
end

local removed_mark = '\0removed'

-- `indices` ascend. The oldest records go without a search.
local function remove_records(list, indices)
  local count = #indices
  if count == 0 then return end
  if indices[count] == count - 1 then return redis.call('LTRIM', list, count, -1) end
  for _, index in ipairs(indices) do redis.call('LSET', list, index, removed_mark) end
  local is_near_tail = indices[count] * 2 > redis.call('LLEN', list)
  redis.call('LREM', list, is_near_tail and -count or count, removed_mark)
end
