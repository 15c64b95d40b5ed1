package cmp

import (
	stdcmp "cmp"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// regionalClients are KMS clients of one configuration, one for each Region.
type regionalClients struct {
	config  aws.Config
	mu      sync.Mutex
	clients map[string]*kms.Client
}

// region returns that of a key ARN, or of the configuration.
func (r *regionalClients) region(keyID string) string {
	return stdcmp.Or(kmsRegion(keyID), r.config.Region)
}

// get returns the client for the Region of a key ARN, or of the configuration.
func (r *regionalClients) get(keyID string) (KMSAPI, error) {
	region := r.region(keyID)
	if region == "" {
		return nil, fmt.Errorf("no Region is known for KMS key %q: give its ARN, or set a Region in the AWS configuration: %w", keyID, ErrConfig)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	client, ok := r.clients[region]
	if !ok {
		client = kms.NewFromConfig(r.config, func(o *kms.Options) { o.Region = region })
		r.clients[region] = client
	}
	return client, nil
}
