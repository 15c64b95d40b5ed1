package mapper_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// heapDuring scans and returns the heap in use, without garbage, after each tenth of n
// items.
func heapDuring(t testing.TB, posts *mapper.Mapper[post], segments, n int) []uint64 {
	t.Helper()
	var heap []uint64
	read := 0
	for _, err := range posts.Scan(t.Context(), mapper.Segments(segments)) {
		require.NoError(t, err)
		if read++; read%(n/10) == 0 {
			var stats runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&stats)
			heap = append(heap, stats.HeapAlloc)
		}
	}
	require.Equal(t, n, read)
	return heap
}

func TestAScanHoldsNoMoreThanAPageOfEachSegment(t *testing.T) {
	const perPage, pages = 50, 400
	encryptor := newEncryptor(1)
	source := newPageSource(t, encryptor, perPage, pages)
	for _, segments := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d segments", segments), func(t *testing.T) {
			heap := heapDuring(t, source.mapper(t, encryptor), segments, perPage*pages)
			require.InDelta(t, heap[1], heap[9], 4<<20, "the items between have more than 8 MB")
		})
	}
}

// BenchmarkMemory scans a million items, and reports how much of the heap is in use on
// the way.
func BenchmarkMemory(b *testing.B) {
	const perPage, pages = 1000, 1000
	encryptor := newEncryptor(1)
	source := newPageSource(b, encryptor, perPage, pages)
	for _, segments := range []int{1, 4} {
		b.Run(fmt.Sprintf("a million items, %d segments", segments), func(b *testing.B) {
			posts := source.mapper(b, encryptor)
			for b.Loop() {
				heap := heapDuring(b, posts, segments, perPage*pages)
				b.ReportMetric(float64(slices.Min(heap))/1e6, "least-MB")
				b.ReportMetric(float64(slices.Max(heap))/1e6, "most-MB")
			}
		})
	}
}
