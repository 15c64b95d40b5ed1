package tags

import (
	"reflect"
	"testing"
)

type benchItem struct {
	_       struct{} `ddbcrypt:"table=users"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
	Views   int      `dynamodbav:"views" ddbcrypt:"none"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
	Home    struct{ Street, City string }
}

// BenchmarkModel shows what the cache of Of saves.
func BenchmarkModel(b *testing.B) {
	typ := reflect.TypeFor[benchItem]()
	b.Run("cached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Of(typ); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("built each time", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := build(typ, options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
