import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mqttConnect, mqttPublish } from './mqtt.ts'
import { NCHAN_MODULE } from './nchan-module.ts'
import type { Link } from './link.ts'
import { natsPublication } from './nats.ts'

interface Place {
  /** For its configuration and whatever it writes. */
  readonly folder: string
  /** Where subscribers come, over WebSocket. */
  readonly webSocketPort: number
  /** Where this bench publishes. */
  readonly publishPort: number
}

interface Broker {
  /** Writes the configuration and says how to start. */
  command(place: Place): string[]
  /** What a publisher says first. */
  greet(link: Link): void
  /** The bytes that publish a payload to a topic. */
  publication(topic: string, payload: Buffer): Buffer
}

/** Each as its documentation configures it for this work: WebSocket subscribers, nothing kept on disk. */
export const BROKERS: Readonly<Record<string, Broker>> = {
  nats: {
    command: ({ folder, webSocketPort, publishPort }) => [
      'nats-server',
      '-c',
      file(
        folder,
        `listen: "127.0.0.1:${publishPort}"\nping_interval: "10m"\n` +
          `websocket { listen: "127.0.0.1:${webSocketPort}", no_tls: true, compression: false }\n`,
      ),
    ],
    greet: (link) => link.send(Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\n')),
    publication: natsPublication,
  },
  mosquitto: {
    command: ({ folder, webSocketPort, publishPort }) => [
      'mosquitto',
      '-c',
      file(
        folder,
        `listener ${publishPort} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\n` +
          'allow_anonymous true\npersistence false\nset_tcp_nodelay true\nmax_queued_messages 0\nlog_type none\n',
      ),
    ],
    greet: (link) => link.send(mqttConnect('bench')),
    publication: mqttPublish,
  },
  nchan: {
    command: ({ folder, webSocketPort, publishPort }) => [
      'nginx',
      '-p',
      folder,
      '-e',
      'stderr',
      '-c',
      file(folder, nginxConfiguration(webSocketPort, publishPort)),
    ],
    greet() {},
    publication: (topic, payload) =>
      Buffer.concat([
        Buffer.from(
          `POST /pub/${topic} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n`,
        ),
        payload,
      ]),
  },
}

function nginxConfiguration(webSocketPort: number, publishPort: number): string {
  return `load_module ${NCHAN_MODULE};
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:${publishPort};
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    location ~ ^/pub/(.+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 1000; }
  }
  server {
    listen 127.0.0.1:${webSocketPort};
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    location ~ ^/pub/(.+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 1000; }
    location ~ ^/sub/(.+)$ {
      nchan_subscriber websocket eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }
    location = /chat { nchan_pubsub websocket; nchan_channel_id trades; nchan_subscriber_first_message newest; }
  }
}
`
}

function file(folder: string, text: string): string {
  const path = join(folder, 'broker.conf')
  writeFileSync(path, text)
  return path
}
