-- Whether a bucket may be in the hands of a scheduler of Ruby's, which reads a batch of it and, some commands later,
-- cuts off as many entries as it has read. What takes an entry out in between makes it cut off one that it has not
-- read, which is lost, while the one that was taken out is enqueued all the same. So what is due while Ruby leads is
-- out of our reach: it counts as on its way. Our leaders have node-resque's lock as well, by which they are known.
-- Clocks may differ by a second.
local function is_in_rubys_hands(second, now_s, leader_key, node_leader_key)
  if tonumber(second) > now_s + 1 then return false end
  local leader = redis.call('GET', leader_key)
  if not leader then return false end
  local node_leader = redis.call('GET', node_leader_key)
  return not node_leader or string.sub(node_leader, -#leader) ~= leader
end
