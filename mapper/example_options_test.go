package mapper_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Event is a struct whose names are those of JSON.
type Event struct {
	_    struct{}  `ddbcrypt:"table=events"`
	ID   string    `json:"id" ddbcrypt:"partition"`
	Data any       `json:"data"`
	Ends time.Time `json:"ends,omitempty" ddbcrypt:"sign"`
}

func ExampleWithTagKey() {
	db := memdb.New()
	events := openExample[Event](db, mapper.WithTagKey("json"))
	try(events.Save(context.Background(), &Event{ID: "e-1"}))
	fmt.Println(db.Items("events")[0]["ends"].(*types.AttributeValueMemberS).Value)
	// Output:
	// 0001-01-01T00:00:00Z
}

func ExampleWithEncoderOptions() {
	db := memdb.New()
	events := openExample[Event](db, mapper.WithTagKey("json"),
		mapper.WithEncoderOptions(func(o *attributevalue.EncoderOptions) { o.OmitEmptyTime = true }))
	try(events.Save(context.Background(), &Event{ID: "e-1"}))
	fmt.Println("has ends:", db.Items("events")[0]["ends"] != nil)
	// Output:
	// has ends: false
}

func ExampleWithDecoderOptions() {
	ctx := context.Background()
	events := openExample[Event](memdb.New(), mapper.WithTagKey("json"),
		mapper.WithDecoderOptions(func(o *attributevalue.DecoderOptions) { o.UseNumber = true }))
	try(events.Save(ctx, &Event{ID: "e-1", Data: int64(12345678901234567)}))
	event, err := events.Load(ctx, "e-1")
	fmt.Printf("%T %v %v\n", event.Data, event.Data, err)
	// Output:
	// attributevalue.Number 12345678901234567 <nil>
}

// Items are opened one after the other.
func ExampleWithConcurrency() {
	ctx := context.Background()
	db, _ := exampleOrders()
	orders := must(mapper.New[Order](db.Client(), exampleEncryptor(), mapper.WithConcurrency(1)))
	show(orders.Query(ctx, mapper.Partition("bob")))
	// Output:
	// bob 1 paid 2026-01-20
	// bob 2 open 2026-02-28
}

// Meeting has hooks.
type Meeting struct {
	_       struct{}  `ddbcrypt:"table=meetings"`
	ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
	Begins  time.Time `dynamodbav:"begins"`
	Minutes int       `dynamodbav:"minutes"`
	Saved   time.Time `dynamodbav:"saved"`
	Ends    time.Time `dynamodbav:"-"`
}

// BeforeSave checks what is to be saved, and sets the time.
func (m *Meeting) BeforeSave(context.Context) error {
	if m.Minutes <= 0 {
		return fmt.Errorf("a meeting takes time")
	}
	m.Saved = time.Now()
	return nil
}

// AfterLoad derives what is not stored.
func (m *Meeting) AfterLoad(context.Context) error {
	m.Ends = m.Begins.Add(time.Duration(m.Minutes) * time.Minute)
	return nil
}

func ExampleBeforeSaver() {
	ctx := context.Background()
	meetings := openExample[Meeting](memdb.New())
	meeting := Meeting{ID: "m-1"}
	fmt.Println(meetings.Save(ctx, &meeting))
	meeting.Minutes = 30
	fmt.Println(meetings.Save(ctx, &meeting), meeting.Saved.IsZero())
	// Output:
	// ddbcrypt: Save mapper_test.Meeting in table "meetings": a meeting takes time
	// <nil> false
}

func ExampleAfterLoader() {
	ctx := context.Background()
	meetings := openExample[Meeting](memdb.New())
	try(meetings.Save(ctx, &Meeting{ID: "m-1", Begins: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC), Minutes: 30}))
	meeting, err := meetings.Load(ctx, "m-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(meeting.Ends)
	// Output:
	// 2026-04-01 12:30:00 +0000 UTC
}
