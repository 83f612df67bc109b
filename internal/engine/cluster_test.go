package engine_test

import (
	"fmt"
	"testing"

	"utfall/internal/engine"
	"utfall/internal/freeport"
)

// Two engines that know each other answer as one cluster: the topology that Utfall grows into past one machine.
func TestCluster(t *testing.T) {
	t.Parallel()
	ports := []int{freeport.Take(t), freeport.Take(t)}
	config := func(shard int) []byte {
		return fmt.Appendf(nil, `<clickhouse>
  <remote_servers><utfall><secret>only between these two</secret>
    <shard><replica><host>127.0.0.1</host><port>%d</port><user>utfall</user></replica></shard>
    <shard><replica><host>127.0.0.1</host><port>%d</port><user>utfall</user></replica></shard>
  </utfall></remote_servers>
  <macros><shard>%d</shard></macros>
</clickhouse>`, ports[0], ports[1], shard)
	}
	var nodes []engine.Connection
	for i, port := range ports {
		nodes = append(nodes, start(t, engine.Options{Port: port, ExtraConfig: config(i + 1)}).Connection())
		if expected := fmt.Sprintf("127.0.0.1:%d", port); nodes[i].Address != expected {
			t.Fatalf("the engine answers at %s, expected %s", nodes[i].Address, expected)
		}
		execute(t, connect(t, nodes[i]), "CREATE TABLE part (n UInt64) ENGINE = MergeTree ORDER BY n",
			"CREATE TABLE whole AS part ENGINE = Distributed('utfall', 'utfall', 'part', cityHash64(n))")
	}
	execute(t, connect(t, nodes[0]), "INSERT INTO whole SELECT number FROM numbers(10000) SETTINGS distributed_foreground_insert = 1")
	first, second := number(t, connect(t, nodes[0]), "SELECT count() FROM part"), number(t, connect(t, nodes[1]), "SELECT count() FROM part")
	if first == 0 || second == 0 || first+second != 10000 {
		t.Errorf("the parts have %d and %d rows", first, second)
	}
	if sum := number(t, connect(t, nodes[1]), "SELECT sum(n) FROM whole"); sum != 49995000 {
		t.Errorf("from the other node the sum is %d", sum)
	}
	var shard string
	if err := connect(t, nodes[1]).QueryRow(t.Context(), "SELECT getMacro('shard')").Scan(&shard); err != nil || shard != "2" {
		t.Errorf("the second node's macro is %q (%v)", shard, err)
	}
}
