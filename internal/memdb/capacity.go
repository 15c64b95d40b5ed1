package memdb

import "maps"

// consumed counts the capacity units of a request on one table.
type consumed struct {
	table   float64
	indexes map[*view]float64
}

func (c *consumed) add(v *view, units float64) {
	if v.name == "" {
		c.table += units
		return
	}
	if c.indexes == nil {
		c.indexes = map[*view]float64{}
	}
	c.indexes[v] += units
}

type (
	capacity         struct{ CapacityUnits float64 }
	consumedCapacity struct {
		TableName              string
		CapacityUnits          float64
		Table                  *capacity           `json:",omitzero"`
		LocalSecondaryIndexes  map[string]capacity `json:",omitzero"`
		GlobalSecondaryIndexes map[string]capacity `json:",omitzero"`
	}
)

// report returns what a request asked to know of the consumed capacity.
func (c *consumed) report(t *table, level string) *consumedCapacity {
	if level == "" || level == "NONE" {
		return nil
	}
	out := &consumedCapacity{TableName: t.name, CapacityUnits: c.table}
	local, global := map[string]capacity{}, map[string]capacity{}
	for v, units := range maps.All(c.indexes) {
		out.CapacityUnits += units
		if v.local {
			local[v.name] = capacity{units}
		} else {
			global[v.name] = capacity{units}
		}
	}
	if level == "TOTAL" {
		return out
	}
	out.Table = &capacity{c.table}
	if len(local) > 0 {
		out.LocalSecondaryIndexes = local
	}
	if len(global) > 0 {
		out.GlobalSecondaryIndexes = global
	}
	return out
}

func checkCapacityLevel(level string) error {
	switch level {
	case "", "NONE", "TOTAL", "INDEXES":
		return nil
	}
	return validation("Value at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]")
}

// readUnits is the cost of reading so many bytes at once.
func readUnits(size int, consistent bool) float64 {
	units := float64(max(1, (size+4095)/4096))
	if consistent {
		return units
	}
	return units / 2
}

func writeUnits(size int) float64 { return float64(max(1, (size+1023)/1024)) }

// countWrite adds the cost of replacing old by new, of which either may be nil.
func (c *consumed) countWrite(t *table, old, new item) {
	c.add(t.primary, writeUnits(max(itemSize(old), itemSize(new))))
	for _, index := range t.indexes {
		before, after := index.row(old), index.row(new)
		switch {
		case before != nil && after != nil && before.position == after.position:
			if !equalMaps(index.visible(old), index.visible(new)) {
				c.add(index, writeUnits(max(before.size, after.size)))
			}
			continue
		case before != nil:
			c.add(index, writeUnits(before.size))
		}
		if after != nil {
			c.add(index, writeUnits(after.size))
		}
	}
}
