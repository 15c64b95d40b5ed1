package generated_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type scalars,flags,containers,nests,embeds,leftovers,carries

type (
	word   string
	toggle bool
	small  int8
	wide   uint64
	ratio  float64
	blob   []byte
	words  []word
	counts map[string]small
	stamp  time.Time
	blobs  [][]byte
)

// String is a method that attributevalue does not mind.
func (w word) String() string { return "a word: " + string(w) }

// scalars has all types without elements.
type scalars struct {
	_    struct{} `ddbcrypt:"table=scalars"`
	ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
	At   int64    `dynamodbav:"at" ddbcrypt:"sort"`
	V    uint32   `dynamodbav:"v" ddbcrypt:"version"`
	W    word     `dynamodbav:"w"`
	B    bool
	T    toggle
	I    int
	I8   small
	I16  int16
	I32  int32
	I64  int64
	U    uint
	U8   uint8
	U16  uint16
	U32  uint32
	U64  wide
	F32  float32
	F64  ratio
	N    attributevalue.Number
	Time time.Time
	Mine stamp
	Data []byte `ddbcrypt:"sign"`
	Blob blob
	Ptr  *string
	PInt *int16 `ddbcrypt:"none"`
	PT   *time.Time
	PN   *attributevalue.Number
	PB   *toggle
}

// flags has the options of attributevalue.
type flags struct {
	_       struct{}                `ddbcrypt:"table=flags,default=sign,unknown=sign,retired=old:encrypt"`
	ID      []byte                  `dynamodbav:"id" ddbcrypt:"partition"`
	S       string                  `dynamodbav:"s,omitempty" ddbcrypt:"encrypt"`
	SN      string                  `dynamodbav:"sn,nullempty"`
	SS      string                  `dynamodbav:"ss,string"`
	Both    string                  `dynamodbav:"both,omitempty,nullempty"` //ddbcryptvet:ignore attributevalue refuses its zero value, as generated code has to
	I       int                     `dynamodbav:"i,omitempty"`
	IN      int                     `dynamodbav:"in,nullempty"`
	IS      int8                    `dynamodbav:"is,string"`
	US      uint16                  `dynamodbav:"us,string,omitempty"`
	FS      float64                 `dynamodbav:"fs,string"`
	F       float32                 `dynamodbav:"f,omitempty"`
	B       bool                    `dynamodbav:"b,omitempty"`
	BN      bool                    `dynamodbav:"bn,nullempty"`
	D       []byte                  `dynamodbav:"d,omitempty"`
	L       []string                `dynamodbav:"l,omitempty"`
	LN      []string                `dynamodbav:"ln,nullempty"`
	LE      []string                `dynamodbav:"le,omitemptyelem"`
	M       map[string]int          `dynamodbav:"m,omitempty"`
	ME      map[string]string       `dynamodbav:"me,nullemptyelem"`
	P       *string                 `dynamodbav:"p,omitempty"`
	PS      *int                    `dynamodbav:"ps,string"`
	Set     []string                `dynamodbav:"set,stringset"`
	SetO    words                   `dynamodbav:"seto,stringset,omitempty"`
	Nums    []int                   `dynamodbav:"nums,numberset"`
	Ratios  []ratio                 `dynamodbav:"ratios,numberset,omitempty"`
	Numbers []attributevalue.Number `dynamodbav:"numbers,numberset"`
	Bins    [][]byte                `dynamodbav:"bins,binaryset"`
	Bins2   [][]byte                `dynamodbav:"bins2"`
	Bins3   blobs                   `dynamodbav:"bins3"`
	Bins4   blobs                   `dynamodbav:"bins4,binaryset,omitempty"`
	Two     []string                `dynamodbav:"two,stringset,numberset"`
	Odd     string                  `dynamodbav:"odd,stringset"`
	Unix    time.Time               `dynamodbav:"unix,unixtime" ddbcrypt:"ttl"`
	UnixP   *time.Time              `dynamodbav:"unixp,unixtime,omitempty"`
	UnixM   stamp                   `dynamodbav:"unixm,unixtime"`
	TimeO   time.Time               `dynamodbav:"timeo,omitempty"`
	TimeS   time.Time               `dynamodbav:"times,string"`
}

// containers has types with elements.
type containers struct {
	_      struct{} `ddbcrypt:"table=containers"`
	ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
	Words  words
	Ints   []int
	Bools  []toggle
	Times  []time.Time
	Stamps []stamp
	Ptrs   []*string
	Lists  [][]string
	Maps   []map[string]string
	Map    map[string]string
	Counts counts
	MapP   map[string]*int
	MapL   map[string][]int
	MapM   map[string]map[string]bool
	MapB   map[string][]byte
	ByWord map[word]int
	ByInt  map[int]string
	Array  [2]string
	Bytes  [4]byte
	PList  *[]string
	PPtr   **string
}

// place is a nested struct.
type place struct {
	Street  string `dynamodbav:"street"`
	City    string `dynamodbav:"city,omitempty"`
	Zip     int    `dynamodbav:"zip,nullempty"`
	Tags    []string
	Since   time.Time
	Where   *point
	hidden  int    //lint:ignore U1000 it is no attribute
	Ignored string `dynamodbav:"-"`
}

type point struct{ X, Y float64 }

// node holds itself.
type node struct {
	Name string
	Next *node
}

// folded has names that differ in case.
type folded struct{ Name, NAME string }

// nests has structs as values.
type nests struct {
	_      struct{} `ddbcrypt:"table=nests"`
	ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
	Home   place
	Work   *place
	Others []place
	PtrL   []*place
	ByName map[string]place
	Signed point `ddbcrypt:"sign"`
	Node   node
	Folded folded
	Anon   struct{ A int }
}

type base struct {
	ID   string `dynamodbav:"id" ddbcrypt:"partition"`
	Note string `dynamodbav:"note"`
}

type Deep struct {
	Depth int `dynamodbav:"depth"`
	Money money
}

type Middle struct {
	*Deep
	Level string
}

// embeds has embedded structs.
type embeds struct {
	base
	*Middle
	Named Deep `dynamodbav:"named"`
	Own   string
}

// money marshals itself.
type money struct{ Cents int64 }

func (m money) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: fmt.Sprint(m.Cents, " cents")}, nil
}

func (m *money) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("%T", v)
	}
	_, err := fmt.Sscan(s.Value, &m.Cents)
	return err
}

// leftovers has fields that only attributevalue encodes.
type leftovers struct {
	ID    string `dynamodbav:"id" ddbcrypt:"partition"`
	Price money  `dynamodbav:"price" ddbcrypt:"sign"`
	Maybe *money `dynamodbav:"maybe,omitempty"`
	Any   any    `dynamodbav:"any"`
	Unix  attributevalue.UnixTime
	List  []money
	Raw   map[string]types.AttributeValue `dynamodbav:"raw"`
}

// carries has a field of unknown attributes.
type carries struct {
	ID   string                          `dynamodbav:"id" ddbcrypt:"partition,index=byPlan:sort"`
	Plan string                          `dynamodbav:"plan" ddbcrypt:"index=byPlan:partition:1"`
	Zone int                             `dynamodbav:"zone" ddbcrypt:"index=byPlan:partition:2"`
	Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
}
