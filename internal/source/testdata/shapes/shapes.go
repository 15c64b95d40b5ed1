// Package shapes has types of all kinds.
package shapes

import (
	"reflect"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// All returns the struct types of this package.
func All() []reflect.Type {
	return []reflect.Type{
		reflect.TypeFor[Everything](), reflect.TypeFor[User](), reflect.TypeFor[Custom](), reflect.TypeFor[Half](), reflect.TypeFor[Nearly](),
		reflect.TypeFor[Stamp](), reflect.TypeFor[Wrong](), reflect.TypeFor[Boxed](), reflect.TypeFor[Empty](),
	}
}

type Everything struct {
	S1     struct{ A []string } `json:"s"`
	L1     []string
	L2     []string
	B      bool
	I      int
	I8     int8
	I16    int16
	I32    rune
	I64    int64
	U      uint
	U8     byte
	U16    uint16
	U32    uint32
	U64    uint64
	F32    float32
	F64    float64
	P      *int
	M      map[string]*Everything
	Arr    [3]byte
	Any    any
	Err    error
	Time   time.Time
	Stamp  Stamp
	Stamps []*Stamp
	Unix   attributevalue.UnixTime
	Number attributevalue.Number
	Alias  Alias
	Box    Box[string]
	Custom Custom
	Half   *Half
	Nearly Nearly
	AV     types.AttributeValue
	hidden int
	Empty
	C  complex64         `dynamodbav:"-"`
	CC complex128        `dynamodbav:"-"`
	Ch chan int          `dynamodbav:"-"`
	Fn func()            `dynamodbav:"-"`
	UP unsafe.Pointer    `dynamodbav:"-"`
	X  uintptr           `dynamodbav:"-"`
	R  map[string]Rest   `dynamodbav:"-"`
	N  map[Name]struct{} `dynamodbav:"-"`
}

type Alias = map[string][]time.Time

type Empty struct{}

type Name string

func (Name) String() string { return "" }

type Rest map[string]types.AttributeValue

type NotRest map[Name]types.AttributeValue

type Box[T any] struct{ Value T }

type Boxed Box[int]

type Stamp time.Time

type User struct {
	_ struct{} `ddbcrypt:"table=users,unknown=sign,retired=old:encrypt,projection=byPlan:keys"`
	*Base
	Plan string `dynamodbav:"plan,omitempty" ddbcrypt:"index=byPlan:partition"`
	At   Stamp  `ddbcrypt:"version"`
	Tags []Name `dynamodbav:"tags,stringset"`
	Rest Rest   `dynamodbav:"-" ddbcrypt:"unknown"`
}

type Base struct {
	ID string `dynamodbav:"id" ddbcrypt:"partition"`
}

// Custom marshals itself.
type Custom struct{ A int }

func (*Custom) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

// Half only unmarshals itself.
type Half struct{ A int }

func (Half) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

// Nearly has methods of these names that are others.
type Nearly struct{ A int }

func (Nearly) MarshalDynamoDBAttributeValue() types.AttributeValue           { return nil }
func (Nearly) UnmarshalDynamoDBAttributeValue(...types.AttributeValue) error { return nil }

// Wrong has faults.
type Wrong struct {
	hidden string  `ddbcrypt:"sign"`
	ID     string  `ddbcrypt:"partiton"`
	Sort   string  `ddbcrypt:"encrypt,sort"`
	V      *string `ddbcrypt:"version"`
	Rest   NotRest `ddbcrypt:"unknown"`
}
