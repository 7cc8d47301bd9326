-- The index of Ruby and Node: the set timestamps:<payload> names the buckets that hold this payload.
local function is_in_ruby_index(timestamps_prefix, payload, due)
  return redis.pcall('SISMEMBER', timestamps_prefix .. payload, 'delayed:' .. due) == 1
end

-- To be called when an entry was taken out of its bucket: the index names the bucket as long as an equal entry
-- is left there.
-- -> whether the payload was in the index
local function leave_ruby_index(timestamps_prefix, bucket, payload, due)
  if not is_in_ruby_index(timestamps_prefix, payload, due) then return false end
  if not redis.call('LPOS', bucket, payload) then
    redis.call('SREM', timestamps_prefix .. payload, 'delayed:' .. due)
  end
  return true
end
