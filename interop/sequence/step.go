package sequence

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/client"
)

// send is a method of a client.
type send[In, Out any] = func(client.API, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)

// newStep is a step of one request. It is made anew each time, and shares nothing with others.
func newStep[In, Out any](name string, send send[In, Out], request func(side) *In, see func(side, *Out) any) step {
	return step{name, func(s side) string { return text(request(s)) }, func(ctx context.Context, s side) outcome {
		out, err := ask(ctx, s, send, request)
		if err != nil {
			return outcome{Failure: failureOf(err)}
		}
		return outcome{Answer: see(s, out)}
	}}
}

// maxRounds is more than it takes to finish a batch.
const maxRounds = 20

// newRounds is newStep for a batch, of which DynamoDB may do only a part at a time. see also returns the request for the
// rest; nil if there is none.
func newRounds[In, Out any](name string, send send[In, Out], request func(side) *In, see func(side, *Out) (any, *In)) step {
	return step{name, func(s side) string { return text(request(s)) }, func(ctx context.Context, s side) outcome {
		var answers rounds
		next := request
		for range maxRounds {
			out, err := ask(ctx, s, send, next)
			if err != nil {
				return outcome{answers, failureOf(err)}
			}
			answer, rest := see(s, out)
			answers = append(answers, answer)
			if rest == nil {
				return outcome{Answer: answers}
			}
			next = func(side) *In { return rest }
		}
		return outcome{answers, &failure{Code: unexpected, Message: "the batch comes to no end"}}
	}}
}

type rounds []any

var errChanged = errors.New("the client changed the request of its caller")

func ask[In, Out any](ctx context.Context, s side, send send[In, Out], request func(side) *In) (*Out, error) {
	in := request(s)
	out, err := send(s.api, ctx, in)
	// The SDK adds a token to a transaction, in place.
	if !s.plain && !reflect.DeepEqual(in, request(s)) {
		return nil, errChanged
	}
	return out, err
}

// text is a request for a message. The type of a value does not show.
func text(request any) string {
	text, err := json.Marshal(request)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
