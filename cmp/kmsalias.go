package cmp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ddbcrypt/ddbcrypt/internal/flight"
)

// aliases are what a provider knows of the aliases that it uses.
type aliases struct {
	mu      sync.Mutex
	known   map[string]aliasTarget
	flights flight.Group[string, keyARN] // DescribeKey, by alias
}

// aliasTarget is the key that an alias last stood for, or why it is not known.
type aliasTarget struct {
	key   keyARN
	err   error     // of DescribeKey
	until time.Time // not to be asked again before
}

// describePause is how long a DescribeKey that failed is not tried again.
const describePause = 10 * time.Second

func (a *aliases) get(alias string) (aliasTarget, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	target, ok := a.known[alias]
	return target, ok
}

func (a *aliases) set(alias string, target aliasTarget) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil {
		a.known = map[string]aliasTarget{}
	}
	a.known[alias] = target
}

// check reports whether the alias stands for the key that KMS used. KMS itself
// resolves the alias in each call, so the first answer is believed, and that of
// GenerateDataKey always. Another answer of Decrypt must be what DescribeKey says;
// the error is about that.
func (a *aliases) check(ctx context.Context, p *KMS, op, alias string, answered keyARN) (bool, error) {
	last, known := a.get(alias)
	if known && last.key.isSameKey(answered) {
		return true, nil
	}
	if !known || op != opDecrypt {
		a.set(alias, aliasTarget{key: answered})
		return true, nil
	}
	client, err := p.client(alias)
	if err != nil {
		return false, err
	}
	describer, ok := client.(keyDescriber)
	if !ok {
		return false, nil
	}
	described, err := a.describe(ctx, describer, alias, answered, p.options.grantTokens)
	if err != nil {
		return false, newKMSError(opDescribeKey, alias, fmt.Errorf("whether the alias was moved to another key: %w", err))
	}
	return described.isSameKey(answered), nil
}

// keyDescriber is the part of *kms.Client that tells what an alias stands for.
type keyDescriber interface {
	DescribeKey(ctx context.Context, input *kms.DescribeKeyInput, options ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
}

// describe asks once for all who wait, and not at once again if that failed.
func (a *aliases) describe(ctx context.Context, client keyDescriber, alias string, answered keyARN, grantTokens []string) (keyARN, error) {
	return a.flights.Do(ctx, alias, func(ctx context.Context) (keyARN, error) {
		last, _ := a.get(alias)
		if last.key.isSameKey(answered) { // another call was quicker
			return last.key, nil
		}
		if last.err != nil && time.Now().Before(last.until) {
			return keyARN{}, last.err
		}
		output, err := client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &alias, GrantTokens: grantTokens}, addUserAgent)
		var key keyARN
		if err == nil {
			described := false
			if output != nil && output.KeyMetadata != nil {
				key, described = parseKeyARN(aws.ToString(output.KeyMetadata.Arn))
			}
			if !described {
				err = errors.New("the answer has no key ARN")
			}
		}
		switch {
		case err == nil:
			a.set(alias, aliasTarget{key: key})
		case ctx.Err() == nil: // not because nobody waited any more
			a.set(alias, aliasTarget{key: last.key, err: err, until: time.Now().Add(describePause)})
		}
		return key, err
	})
}
