// Package generic has types with type parameters.
package generic

// Item is right for some types only.
type Item[K, V any] struct {
	ID      K      `ddbcrypt:"partition"`
	Version V      `ddbcrypt:"version"` // want `^type generic.Item\[string, string\], field Version, tag "version": version must be an integer`
	Plan    string `ddbcrypt:"sing"`    // want `^type generic.Item\[K, V any\], field Plan`
	Other   V
}

type Counted[V int | int64] struct {
	ID      string      `ddbcrypt:"partition"`
	Version V           `ddbcrypt:"version"`
	Inner   *Counted[V] `dynamodbav:"-"`
}

type Box[T any] struct {
	ID   string `ddbcrypt:"partition"`
	Rest T      `dynamodbav:"-" ddbcrypt:"unknown"`
	Bad  T      `ddbcrypt:"verson"` // want `unknown word "verson"`
}

type Embedding struct {
	Counted[int]
	Plan string `ddbcrypt:"sign"`
}

var (
	_ Item[string, int64]
	_ Item[string, string]
)

func Local[T any]() {
	type item struct {
		ID T `ddbcrypt:"partition"`
		V  T `ddbcrypt:"version"`
	}
	_ = item{}
}
