// Package shape has structs whose tags have no effect or contradict each other.
package shape

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"parts"
)

type NoEffect struct {
	ID      string   `ddbcrypt:"partition"`
	hidden  string   `ddbcrypt:"sign"`                   // want `field hidden, tag "sign": field is not exported and so no attribute, export it or remove the tag`
	Ignored string   `dynamodbav:"-" ddbcrypt:"sign"`    // want `field is ignored \("-"\) and so no attribute, remove one of the tags`
	Never   chan int `ddbcrypt:"encrypt"`                // want `fields of this Go type are never written, remove the tag`
	Rest    int      `dynamodbav:"-" ddbcrypt:"unknown"` // want `a field of unknown attributes must be a map`
	private string
	Skipped string `dynamodbav:"-"`
}

type Address struct {
	Street string `ddbcrypt:"encrypt"` // want `^type shape.Nested, field Home.Street, .*tag inside a nested struct: attribute "Home" is protected as a whole, tag field Home instead`
	City   string
}

type Nested struct {
	ID    string `ddbcrypt:"partition"`
	Home  Address
	Lines []struct {
		Text string `ddbcrypt:"sign"` // want `field Lines.Text, .*tag inside a nested struct`
	}
	Far map[string]*parts.Address // want `field Far.Street, .*tag inside a nested struct` `field Far.City, .*tag inside a nested struct`
}

// Response holds an item and is none.
type Response struct{ Item Good }

type Good struct {
	_  struct{} `ddbcrypt:"table=good"`
	ID string   `ddbcrypt:"partition"`
}

// View embeds a whole item, for JSON.
type View struct {
	Good
	Id string
}

type TwoKeys struct {
	A string  `ddbcrypt:"partition"`
	B string  `ddbcrypt:"partition"` // want `second partition key, field A is one already`
	V int     `ddbcrypt:"version"`
	W int     `ddbcrypt:"version"`      // want `second version, field V is one already`
	X float64 `ddbcrypt:"sort,version"` // want `one field cannot be both "sort" and "version"` `second version` `version must be an integer`
}

type SortOnly struct {
	At time.Time `ddbcrypt:"sort"` // want `sort key without a partition key, add one`
}

type Names struct {
	ID    string `ddbcrypt:"partition"`
	Email string `dynamodbav:"email"`
	Other string `dynamodbav:"EMAIL"`              // want `attribute names .* differ only in case, rename one`
	Sig   string `dynamodbav:"*amzn-ddb-map-sig*"` // want `attribute name is reserved for the encryptor, use another`
}

type Retired struct {
	_    struct{} `ddbcrypt:"retired=plan:sign"`
	ID   string   `ddbcrypt:"partition"`
	Plan string   `dynamodbav:"plan"` // want `attribute "plan" is retired but still in the struct, remove one`
}

type Unsigned struct {
	ID    string `ddbcrypt:"none,partition"` // want `a key or version that is not signed can be changed`
	Email string
}

type Indexes struct {
	ID   string `ddbcrypt:"partition"`
	Plan string `ddbcrypt:"index=byPlan:sort"` // want `index "byPlan" has no partition key`
	At   int64  `ddbcrypt:"localindex=byAt"`   // want `a local index needs a table with a sort key`
}

type Custom struct { // want `^type shape.Custom: type marshals itself`
	ID string `ddbcrypt:"partition"`
}

func (Custom) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

// The faults of Base are told once, and what is missing in it the others have.
type Base struct {
	Created int64  `ddbcrypt:"sort"`
	Plan    string `ddbcrypt:"sing"` // want `^type shape.Base, field Plan`
}

type User struct {
	ID string `ddbcrypt:"partition"`
	Base
}

type Order struct {
	ID    string            `ddbcrypt:"partition"`
	*Base `ddbcrypt:"sign"` // want `^type shape.Order, field Base, tag "sign": embedded struct is no attribute but its fields are`
}

type Inner struct {
	_  struct{} `ddbcrypt:"table=x"` // want `^type shape.Outer, field Inner._, .*struct options inside an embedded struct have no effect`
	ID string   `ddbcrypt:"partition"`
}

type Outer struct {
	Inner
	Plan string `ddbcrypt:"sign"`
}

type Elsewhere struct {
	parts.Keys        // want `field Keys.ID, .*unknown word "partiton"` `field Keys.At, .*sort key without`
	Plan       string `ddbcrypt:"sign"`
}
