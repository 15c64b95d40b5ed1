package memdb

import (
	"iter"
	"slices"
	"sort"
	"strings"
)

// row is an item in a table or index. Rows are never changed once stored.
type row struct {
	position string
	item     item
	size     int // of what the table or index shows of the item
}

// rows keeps rows in the order of their positions. Chunks bound the cost of an
// insertion in a large table.
type rows struct {
	chunks [][]*row
	count  int
}

const maxChunk = 512

// locate returns where the row at position is, or where it would have to be
// inserted.
func (r *rows) locate(position string) (chunk, i int, found bool) {
	if len(r.chunks) == 0 {
		return 0, 0, false
	}
	chunk = sort.Search(len(r.chunks), func(c int) bool { return r.chunks[c][0].position > position }) - 1
	chunk = max(chunk, 0)
	i, found = slices.BinarySearchFunc(r.chunks[chunk], position, func(r *row, position string) int {
		return strings.Compare(r.position, position)
	})
	return chunk, i, found
}

func (r *rows) get(position string) *row {
	if c, i, found := r.locate(position); found {
		return r.chunks[c][i]
	}
	return nil
}

// put stores a row and replaces the one at the same position.
func (r *rows) put(added *row) {
	c, i, found := r.locate(added.position)
	if found {
		r.chunks[c][i] = added
		return
	}
	r.count++
	if len(r.chunks) == 0 {
		r.chunks = [][]*row{{added}}
		return
	}
	chunk := slices.Insert(r.chunks[c], i, added)
	if len(chunk) <= maxChunk {
		r.chunks[c] = chunk
		return
	}
	half := len(chunk) / 2
	r.chunks = slices.Replace(r.chunks, c, c+1, slices.Clone(chunk[:half]), slices.Clone(chunk[half:]))
}

func (r *rows) remove(position string) {
	c, i, found := r.locate(position)
	if !found {
		return
	}
	r.count--
	r.chunks[c] = slices.Delete(r.chunks[c], i, i+1)
	if len(r.chunks[c]) == 0 {
		r.chunks = slices.Delete(r.chunks, c, c+1)
	}
}

// ascend yields the rows from low to before high, which is no bound if empty.
func (r *rows) ascend(low, high string) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		c, i, _ := r.locate(low)
		for ; c < len(r.chunks); c, i = c+1, 0 {
			for _, row := range r.chunks[c][i:] {
				if high != "" && row.position >= high || !yield(row) {
					return
				}
			}
		}
	}
}

// descend yields the rows of [rows.ascend] in the opposite order.
func (r *rows) descend(low, high string) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		c, i := len(r.chunks), 0
		if high != "" {
			c, i, _ = r.locate(high)
		}
		for {
			if i == 0 {
				if c == 0 {
					return
				}
				c--
				i = len(r.chunks[c])
			}
			i--
			if row := r.chunks[c][i]; row.position < low || !yield(row) {
				return
			}
		}
	}
}
